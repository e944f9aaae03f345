# syntax=docker/dockerfile:1
# The service, in any role: docker run … sentinel start --role gateway. Data is in /data; nothing else is written but /tmp.

FROM node:22-bookworm-slim AS build
WORKDIR /app
COPY . .
RUN --mount=type=cache,target=/root/.npm npm ci
RUN npm run build && npm prune --omit=dev

FROM node:22-bookworm-slim
# What a running service has no use for, and an intruder might.
RUN rm -rf /usr/local/lib/node_modules /usr/local/bin/npm /usr/local/bin/npx /usr/local/bin/corepack /opt/yarn* \
  && mkdir /data /config && chown node:node /data
ENV NODE_ENV=production \
  SENTINEL_HOST=0.0.0.0 \
  SENTINEL_API_PORT=3111 \
  SENTINEL_DATA_DIR=/data \
  SENTINEL_CONFIG_PATH=/config/sentinel-config.yaml \
  JITI_FS_CACHE=false
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/bin ./bin
COPY --from=build /app/dist ./dist
COPY --from=build /app/contracts ./contracts
COPY --from=build /app/steps ./steps
COPY --from=build /app/deploy/container-config.yaml /config/sentinel-config.yaml
USER node
VOLUME /data
EXPOSE 3111
HEALTHCHECK --interval=10s --timeout=3s --start-period=30s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.SENTINEL_API_PORT}/health`).then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))"]
# Node as the first process gets the signals itself: it ends in order on SIGTERM.
ENTRYPOINT ["node", "/app/bin/sentinel.js"]
CMD ["start"]
