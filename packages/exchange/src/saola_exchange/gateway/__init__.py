"""The gateway: an organisation's door to the exchange.

Information systems call others through its consumer side; its provider side lets other
organisations' gateways call the services behind it. `journey` is the whole way of a message.
"""
