"""What a configuration costs, and what is promised to a business buyer.

In: chosen options. Out: a bill, a quote as facts and as text, approved configurations. By: sums of whole
ten-thousandths.
"""
