# One image for every process; SERVICE says which one a container is.
FROM python:3.11-slim

RUN apt-get update \
    && apt-get install -y --no-install-recommends libmagic1 ffmpeg \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --no-create-home qiaotou \
    && install -d -o qiaotou /cell /definitions

WORKDIR /app
COPY requirements/runtime.txt requirements/runtime.txt
RUN pip install --no-cache-dir --require-hashes -r requirements/runtime.txt
COPY . .
RUN pip install --no-cache-dir --no-deps --no-build-isolation ./clients/department ./clients/verifier

ARG SERVICE=gateway
ENV QIAOTOU_SERVICE=${SERVICE} PYTHONUNBUFFERED=1
USER qiaotou
VOLUME ["/cell", "/definitions"]
CMD ["sh", "-c", "exec python -m ops.container \"$QIAOTOU_SERVICE\""]
