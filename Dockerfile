# The environment of the lock files and the workflow: see docs/install.md.
FROM python:3.11-slim

# pip finds torch's build for CPUs where PIP_EXTRA_INDEX_URL says; TORCH=gpu takes that for NVIDIA GPUs.
ARG TORCH=cpu
ARG PIP_EXTRA_INDEX_URL
ENV PIP_NO_CACHE_DIR=1 PIP_ROOT_USER_ACTION=ignore

WORKDIR /threefold
COPY requirements*.lock ./
RUN pip install --no-deps --require-hashes --requirement requirements-build.lock \
    && pip install --no-deps --require-hashes --requirement "requirements-torch-$TORCH.lock" \
    && pip install --no-deps --require-hashes --no-build-isolation --requirement requirements.lock

COPY . .
# Whoever the container runs as writes results, logs and caches.
RUN pip install --no-deps --no-build-isolation --editable . && mkdir -p results logs .snakemake && chmod -R a+rwX results logs .snakemake
ENV HOME=/tmp SNAKEMAKE_PROFILE=profiles/local

CMD ["snakemake", "all", "--report", "results/report.html", "--report-after-run"]
