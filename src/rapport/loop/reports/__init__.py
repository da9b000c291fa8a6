"""What is told of all customers: how they differ, and how good the data is.

In: what the last refresh scored and measured. Out: documents that the console, the service and the command line show
as they are. By: counting, and saying what is not known; a report changes nothing but its own memory, and only
``segments`` saves what somebody declares.

=================== =======================================================================
``value``           quadrants, indicators, who moved; ``value_history`` remembers
``lifetime``        what customers are worth over their time
``potential``       what they could spend here, and why they do not
``timing``          who is due, how probable purchases are
``needs``           what customers need, in groups and shares
``stage``           who is where in the buying cycle, where people stop
``selection``       both matrices; ``mode_effect``: what came of each mode
``segments``        a rule → how many customers; the declared segments, and a new one saved
``abandonment``     where and why each segment gives up a purchase
``recommendations`` the catalogue, the technique that was chosen, how it fared
``games``           who played, how consistently, what was stated
``quality``         how good the data is, measured at each refresh
``usage``           what uses each trait
``dropped``         what was not kept lately, and the line that would keep it
``customer_table``  the analysis-ready table, column by column
=================== =======================================================================
"""
