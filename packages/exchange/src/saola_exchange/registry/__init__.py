"""The registry: reads who is a member from files, signs the shared configuration and serves it.

Central, small and off the hot path: members work on with what they have until it expires.
"""
