# One image runs every part: the command chooses which. Node runs the TypeScript as it is.

FROM node:24-bookworm-slim AS build
WORKDIR /app
# The cache of this layer holds as long as the dependencies stay the same.
COPY package.json package-lock.json .npmrc* ./
RUN npm ci --ignore-scripts --no-audit --no-fund
COPY . .
# Optional packages are the embedded PostgreSQL and compilers: nothing that runs in a container.
RUN node prisma/generate.ts && npm prune --omit=dev --omit=optional --ignore-scripts --no-audit --no-fund

FROM node:24-bookworm-slim
# Safe by default: in production the router takes tokens of an identity provider only (JWKS_URL, JWT_ISSUER) and has no sandbox.
ENV NODE_ENV=production DATA_DIR=/data
WORKDIR /app
RUN mkdir /data && chown node:node /data
# Owned by root: the process cannot change its own code.
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/prisma ./prisma
COPY --from=build /app/schema ./schema
COPY --from=build /app/local ./local
COPY --from=build /app/seed ./seed
COPY --from=build /app/router ./router
COPY --from=build /app/subgraphs ./subgraphs
USER node
EXPOSE 4000
CMD ["node", "router/index.ts"]
