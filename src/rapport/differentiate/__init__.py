"""Differentiate."""
