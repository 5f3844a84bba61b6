"""Block model -> pit -> schedule."""
