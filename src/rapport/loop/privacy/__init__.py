"""What a customer may ask for, and what leaves.

In: words on purposes, requests, retention times. Out: documents, receipts, a store without the person. By: consent as
events with proof; an erasure that is planned, then reaches log, warehouse, files, models and backups, resumed after a
crash.

=========== ===========================================================================
``consent`` who allowed what, by which proof
``export``  all about one customer, as a document or as tables
``rights``  requests of access, portability and erasure, worked off in the background
``erase``   one customer out of everything; ``leaving`` plans it, ``suppress`` keeps it
``retain``  what is past its time leaves
=========== ===========================================================================
"""
