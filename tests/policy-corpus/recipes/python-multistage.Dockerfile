# syntax=docker/dockerfile:1
FROM python:3.12.6-slim-bookworm AS wheels
WORKDIR /wheels
COPY requirements.txt ./
RUN pip wheel --no-cache-dir --require-hashes -r requirements.txt

FROM python:3.12.6-slim-bookworm
LABEL org.opencontainers.image.title="catalog-api" \
      org.opencontainers.image.description="Search in the catalogue" \
      org.opencontainers.image.authors="catalog@site.example" \
      org.opencontainers.image.version="4.0.1" \
      org.opencontainers.image.licenses="BSD-3-Clause" \
      org.opencontainers.image.source="https://git.site.example/catalog/api" \
      org.opencontainers.image.revision="91ab34cd"
WORKDIR /srv/api
RUN --mount=type=bind,from=wheels,source=/wheels,target=/wheels \
    pip install --no-cache-dir --no-index --find-links=/wheels -r /wheels/requirements.txt
COPY catalog/ ./catalog/
ENV PYTHONUNBUFFERED=1
USER 480:480
EXPOSE 8000
HEALTHCHECK --interval=30s CMD ["python", "-m", "catalog.check"]
ENTRYPOINT ["python", "-m", "catalog"]
CMD ["--port", "8000"]
