"""Everybody at once: what one refresh learns, scores and writes back.

In: the log, handed to the warehouse. Out: the customer table, features and scores of everybody in the store, entries
into segments, gates. By: learning every part from a sample and scoring all; a live event scores its customer by the
same parts.

=================== ==========================================================================
``refresh``         the whole of it, step by step
``differentiate``   the parts of differentiate: learnt, then scored for everybody or for a few
``everybody``       what scores everybody a few thousand customers at a time
``recommend_refit`` the technique that recommends items, chosen and fitted
``memberships``     who entered or left a segment, as events of the log
``gates``           what the data carries, counted
``write_back``      scores on their way to the store, while events keep coming
=================== ==========================================================================
"""
