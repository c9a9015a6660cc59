"""The Teams door: the only room that knows Bot Framework.

Inwards: guard (who may come in), adapter (the SDK's turn around our logic). Outwards: transport (one HTTP call, its
outcome as a type), limits (how fast), credentials (as whom). keys and hosts are what these believe.
"""
