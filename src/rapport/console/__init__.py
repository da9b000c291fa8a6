"""Pages for people, rendered on the server in English and Chinese.

What comes in: a browser's request and a ``rapport.loop.runtime.Runtime``. What goes out: HTML without scripts. The way
through: ``pages.console`` is the litestar router that the service mounts; ``login.invite(runtime)`` makes a one-time
link into it.
"""
