"""Stateless maths on keras.ops."""
