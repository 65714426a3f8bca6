# Galley and the Redis it runs for itself. Everything it keeps lies in /data.
FROM node:24-slim AS packages
WORKDIR /galley
COPY package.json package-lock.json ./
# No package here needs its install script: the native ones bring their binaries. The `node` package and the tools of the tests are for development.
RUN npm ci --omit=dev --ignore-scripts --no-audit --no-fund

FROM node:24-slim
# The image's own policy keeps apt from starting the service. Leave it out where REDIS_URL is always set.
RUN apt-get update \
 && apt-get install -y --no-install-recommends redis-server \
 && rm -rf /var/lib/apt/lists/* \
 && install -d -o node -g node -m 700 /data
WORKDIR /galley
COPY --from=packages /galley/node_modules ./node_modules
COPY package.json LICENSE ./
COPY emails ./emails
COPY migrations ./migrations
COPY src ./src

ENV NODE_ENV=production DATA_DIR=/data HOST=0.0.0.0 PORT=3000
USER node
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# No npm in between: `docker stop` reaches serve itself, which finishes what is begun.
# The flag is that of package.json: garbage is collected early, which halves the memory of serve and its workers.
CMD ["node", "--max-semi-space-size=4", "src/main.ts", "serve"]
