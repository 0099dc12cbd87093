# A node of a Ray cluster that can carry out trials, and start sweeps. In a clone:
#
#     docker build -f docker/ray-worker.Dockerfile -t lazyahead-ray:0.1.0 --build-arg DATA='imdb ptb' .
#
# Debian 12, whose Python 3.11 is the one that the driver needs too.
FROM node:20.20.2-bookworm

RUN apt-get update \
    && apt-get install --yes --no-install-recommends python3-venv \
    && rm -rf /var/lib/apt/lists/*

# The cache has TensorFlow's native library and the data.
ENV LAZYAHEAD_CACHE=/opt/lazyahead-cache
RUN mkdir -p /opt/lazyahead /opt/lazyahead-cache && chown node:node /opt/lazyahead /opt/lazyahead-cache
USER node
WORKDIR /opt/lazyahead
COPY --chown=node:node . .
RUN npm run setup

# Ray goes where `--engine ray` looks for it first.
ARG RAY_VERSION=2.60.0
RUN .venv/bin/pip install --no-cache-dir "ray[client]==${RAY_VERSION}"

# Data sets that trials would otherwise download, each node for itself.
ARG DATA=""
RUN for name in $DATA; do npx lazyahead data get "$name" || exit 1; done

# Trials at the priority of any other process; no reports to Ray's makers; nobody without the token.
ENV PATH=/opt/lazyahead/.venv/bin:$PATH \
    RAY_worker_niceness=0 \
    RAY_USAGE_STATS_ENABLED=0 \
    RAY_AUTH_MODE=token
