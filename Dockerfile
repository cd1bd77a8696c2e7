# One image for `chatref api`, `chatref worker` and `chatref migrate`.

FROM node:22-slim AS web
WORKDIR /chatref/web
COPY web/package.json web/package-lock.json ./
RUN npm ci --no-fund --no-audit
COPY web ./
RUN npm run build

FROM python:3.12-slim
RUN pip install --no-cache-dir uv && useradd --system --home-dir /chatref chatref
WORKDIR /chatref
COPY pyproject.toml uv.lock README.md ./
RUN uv sync --frozen --no-dev --no-install-project --compile-bytecode
COPY chatref chatref
COPY workflows workflows
COPY activities activities
COPY api api
RUN uv sync --frozen --no-dev --compile-bytecode
COPY --from=web /chatref/web/dist web/dist
USER chatref
ENV PATH=/chatref/.venv/bin:$PATH
EXPOSE 8080
CMD ["chatref", "api", "--host", "0.0.0.0"]
