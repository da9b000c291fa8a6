"""Customers configure products: sessions whose every step is an event, and what each step answers.

In: a product's name, a customer or nobody, one step. Out: what is still possible, what it costs, what suits. By: the
reasoner of the product (``published``), the session as a fold over its events (``session``), the way the product is
customized (``ways``), and what is known of the customer (``remember``). ``step`` brings them together.
"""
