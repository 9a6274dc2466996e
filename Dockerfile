# The first stage has everything: it exports the model, which takes torch, and indexes the included documents. The last
# takes what serves: no torch, no compiler, no pip. docs/operating.md tells how to run it, and what was measured.

FROM python:3.11.14-slim-bookworm AS build
ENV PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1
# --group needs a newer pip than that of the image.
RUN python -m venv /opt/everything && /opt/everything/bin/pip install pip==26.3
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY retrieval retrieval
COPY corpus corpus
# torch for processors alone: PyPI's build brings several gigabytes of CUDA libraries.
RUN /opt/everything/bin/pip install --no-compile --extra-index-url https://download.pytorch.org/whl/cpu -c constraints.txt .
RUN python -m venv --without-pip /opt/rapporteur \
    && /opt/everything/bin/pip --python /opt/rapporteur/bin/python install --no-deps -c constraints.txt --group serving . \
    && /opt/everything/bin/python -m retrieval.onnx_export /opt/rapporteur/lib/python3.11/site-packages/retrieval/models \
    && chmod -R go+rX /opt/rapporteur
# What no question needs: tests, types, headers, a second onnxruntime for C, its tools, commands of other packages.
WORKDIR /opt/rapporteur/lib/python3.11/site-packages
RUN rm -r onnxruntime/transformers onnxruntime/quantization onnxruntime/tools onnxruntime/datasets \
        onnxruntime/capi/libonnxruntime.so.* numpy/f2py numpy/distutils \
    && find . -type d \( -name tests -o -name include \) -prune -exec rm -r {} + \
    && find . -type f \( -name '*.pyi' -o -name '*.pyx' -o -name '*.pxd' -o -name '*.c' -o -name '*.h' \) -delete \
    && find /opt/rapporteur/bin ! -type d ! -name 'python*' ! -name rapporteur -delete
# What is copied serves here already: it indexes without torch.
RUN XDG_DATA_HOME=/data /opt/rapporteur/bin/rapporteur index

FROM python:3.11.14-slim-bookworm
ARG VERSION=0.1.0
LABEL org.opencontainers.image.title="Rapporteur" \
      org.opencontainers.image.description="Answers questions on Discord by quoting documents word for word" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.licenses="MIT"
RUN python -m pip uninstall --yes --root-user-action=ignore pip setuptools wheel \
    && rm -r /usr/local/lib/python3.11/ensurepip \
    && useradd --uid 10001 --home-dir /data --no-create-home --shell /usr/sbin/nologin rapporteur
COPY --from=build /opt/rapporteur /opt/rapporteur
# A new volume begins with the index of the included documents. Everything that is ever written is below it.
COPY --from=build --chown=10001:10001 /data /data
VOLUME /data
ENV PATH=/opt/rapporteur/bin:$PATH \
    PYTHONDONTWRITEBYTECODE=1 \
    XDG_DATA_HOME=/data
USER 10001:10001
WORKDIR /data
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=60s --timeout=15s --start-period=60s CMD ["rapporteur", "health"]
ENTRYPOINT ["rapporteur"]
CMD ["run"]
