"""Ports: what the loop needs from outside, as protocols.

In: what the loop wants kept, counted or drawn. Out: promises of it, and rows. By: ``store`` (the online plane),
``warehouse`` (the offline plane), ``clock`` (time and chance); adapters implement them, ``bootstrap`` picks.
"""
