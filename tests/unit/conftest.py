"""What holds for unit tests."""

import structlog

# Plain tracebacks, as the operator writes them: drawing one for a terminal takes half a second.
structlog.configure(
    processors=[
        structlog.stdlib.add_log_level,
        structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback),
    ]
)
