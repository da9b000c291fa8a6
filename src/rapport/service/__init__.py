"""HTTP: requests in, answers out, one file per protocol.

What comes in: bytes off the wire, and a ``rapport.loop.runtime.Runtime``. What goes out: JSON answers, problem+json
errors and events in the log. The way through: ``app.build(runtime)`` gives the ASGI application; ``serve.serve(root)``
runs it on uvicorn. The routes that clients call thousands of times a second (``segment``, ``decide``, ``responses``,
``ofrep``) are raw exchanges (``exchange``) in front of litestar, which serves all others.
"""
