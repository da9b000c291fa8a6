"""Interact."""
