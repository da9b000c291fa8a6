"""Interact: when and where to talk. Empty so far: decisions are answered over HTTP, and nothing is sent unasked.

The room stands here so that the import contracts hold for its first file.
"""
