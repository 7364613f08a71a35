"""Structured records from Independent Medical Review letters."""
