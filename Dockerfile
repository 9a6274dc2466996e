# Everything is installed in the first stage; the second takes the result without pip's leavings.
FROM python:3.11-slim AS build
RUN python -m venv /opt/rapporteur
ENV PATH=/opt/rapporteur/bin:$PATH
WORKDIR /source
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY retrieval retrieval
COPY corpus corpus
# torch for processors alone: PyPI's build brings several gigabytes of CUDA libraries.
RUN pip install --no-cache-dir --extra-index-url https://download.pytorch.org/whl/cpu -c constraints.txt .

FROM python:3.11-slim
RUN useradd --create-home --uid 10001 rapporteur \
    && install --directory --owner=rapporteur --group=rapporteur /data
COPY --from=build /opt/rapporteur /opt/rapporteur
# Indexes are kept under /data, one for each folder of documents. The model is installed: nothing is to be fetched, and
# RAPPORTEUR_MODEL can name a mounted folder.
ENV PATH=/opt/rapporteur/bin:$PATH \
    XDG_DATA_HOME=/data \
    HF_HUB_OFFLINE=1
VOLUME /data
USER rapporteur
WORKDIR /home/rapporteur
ENTRYPOINT ["rapporteur"]
CMD ["--help"]
