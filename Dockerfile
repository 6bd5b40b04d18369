# Two stages: the first compiles, the second carries only what runs.
FROM node:24-bookworm-slim AS build
# For the native kernels; without a compiler the service would use the WebAssembly ones.
RUN apt-get update && apt-get install --yes --no-install-recommends g++ && rm -rf /var/lib/apt/lists/*
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci
COPY tsconfig.json tsconfig.build.json ./
COPY tools tools
COPY src src
# The image has Node 24 itself: the one that npm brings for older machines stays behind.
RUN npm run build && npm prune --omit=dev && rm -rf node_modules/node-linux-*

FROM node:24-bookworm-slim
ENV NODE_ENV=production \
    TRAINYARD_HOST=0.0.0.0 \
    TRAINYARD_PORT=8080 \
    TRAINYARD_DATA=/data
WORKDIR /app
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules node_modules
COPY --from=build /app/build/kernels.wasm /app/build/kernels.node build/
COPY --from=build /app/dist dist
COPY migrations migrations
COPY src/cli/example src/cli/example
COPY LICENSE ./
RUN install --directory --owner=node --group=node /data
USER node
VOLUME /data
EXPOSE 8080
# A large database is read once before the service answers: two seconds a gigabyte.
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.TRAINYARD_PORT}/healthz`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
# Inside a container the port is reached from outside it: publish it to this machine alone (-p 127.0.0.1:8080:8080),
# and say with TRAINYARD_ALLOW_REMOTE_WITHOUT_KEYS=true that this is understood.
CMD ["node", "dist/cli/trainyard.js", "serve"]
