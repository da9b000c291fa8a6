"""Which options are shown, which configurations stand ready, and what is worth keeping in stock.

In: chances of options, configurations that were chosen. Out: options in order, near variants, likeness of customers, a
stock. By: ranking, distances in changed picks, facility location.
"""
