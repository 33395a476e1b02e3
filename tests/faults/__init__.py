"""Faults and attacks against a whole proxy, with every invariant checked after each of them."""
