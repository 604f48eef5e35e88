"""Dashboards. Pages read stored results only, those that the acting partner may see; charts are drawn once and kept."""
