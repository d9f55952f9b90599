# Darkroom in a container:
#   docker build -t darkroom .
#   docker run -d --name darkroom --env-file .env -v darkroom:/data --stop-timeout 30 darkroom
# The settings come from the environment (.env.example); no secret is ever part of the image.

FROM python:3.12-slim AS build

ENV PIP_DISABLE_PIP_VERSION_CHECK=1 \
    PIP_NO_CACHE_DIR=1

RUN python -m venv /venv
COPY requirements.txt /
# Wheels only: every pinned package has one, so no compiler is needed and nothing unpinned is fetched to build with.
RUN /venv/bin/pip install --require-hashes --only-binary :all: -r /requirements.txt

WORKDIR /app
COPY LICENSE ./
COPY bot ./bot
COPY cogs ./cogs
# The bot's user may not write here, so the bytecode is made now.
RUN /venv/bin/python -m compileall -q bot cogs


FROM python:3.12-slim

ENV PATH=/venv/bin:$PATH \
    PYTHONUNBUFFERED=1 \
    DATABASE_URL=sqlite:////data/darkroom.db \
    HEALTH_PORT=9464

RUN groupadd --system --gid 10001 darkroom \
    && useradd --system --uid 10001 --gid darkroom --no-create-home --home-dir /data --shell /usr/sbin/nologin darkroom \
    && install -d -o darkroom -g darkroom -m 0700 /data

COPY --from=build /venv /venv
COPY --from=build /app /app

WORKDIR /app
VOLUME /data
USER 10001:10001

HEALTHCHECK --interval=30s --timeout=10s --start-period=60s --retries=3 CMD ["python", "-m", "bot", "health"]

# Exec form: Python is process 1 and gets SIGTERM itself, upon which the bot finishes its steps and closes the database.
STOPSIGNAL SIGTERM
ENTRYPOINT ["python", "-m", "bot"]
CMD ["run"]
