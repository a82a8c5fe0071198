"""Giving out files: addresses for those who may see them, and the bytes behind those addresses."""
