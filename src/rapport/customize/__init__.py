"""Customize."""
