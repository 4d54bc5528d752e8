"""What a good posture is: the rules that `tap verify` and the policy pack have in common, each written once. Pure.

Plain values in, plain values out; imports nothing but the standard library, so that both the pack's process and a
program can afford it.
"""
