"""Feeds from vendors into an engine, each a process of its own: python -m groundswell.gateways.VENDOR -c gateway.toml.

A gateway is a source (the vendor's own package), a pure `normalise()` from its records to Groundswell's ticks, and run(), which has the
rest: configuration, reconnecting, the queue, numbers and fills. template.py is the smallest one.
"""
