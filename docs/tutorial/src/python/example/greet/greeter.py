"""Makes greetings."""

from titlecase import titlecase

from org.example.wire import greeting_pb2


def greet(name):
    """A greeting for one person, as the message that travels."""
    name = titlecase(name)
    return greeting_pb2.Greeting(name=name, text=f"Hello, {name}!")
