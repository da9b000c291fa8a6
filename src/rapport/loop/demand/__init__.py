"""The demand chain over the log: what customers configured, as reports for who makes, stocks, allows and charges.

In: the events of configuring as the last refresh handed them over, and the products. Out: one report a product, the
four ways beside each other, designs that customers hand in. By: ``collect`` reads the sessions, ``modules`` the
product, ``possible`` and ``stocking`` ask the configurator, ``learn.demand`` counts; ``report`` keeps what came of it
until the next refresh.
"""
