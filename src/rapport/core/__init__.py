"""Core: the words all rooms share, as frozen values; imports nothing of ours.

In: JSON as clients send it, text, numbers. Out: events, identifiers, customers, decisions, money, moments, paths into
an event, and the one error tree. By: a file for each word; import from it.
"""
