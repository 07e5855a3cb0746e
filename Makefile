# make run      build with everything embedded and start on port 3000
# make build    bin/elizad
# make test     every test; installs what the tests need
# make check    formatting, vet, lint, generated documents
# make docs     write the generated documents again
# make crash    kill the server again and again (KILLS=1000 for a long run)
# make bench    speed and memory, against ElizaOS's figures
# make recall   how well and how fast agents remember (DATA=FILE, SCALE=100000)
# make models   the files of the embedded models

VERSION  ?= $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
KILLS    ?= 20
LINT     := .build/golangci-lint-v2.15.0
SUDO     := $(shell [ "$$(id -u)" = 0 ] || echo sudo)
NPM      := npm ci --ignore-scripts --no-audit --no-fund

# Every folder of JavaScript tests is installed by its own lock file.
CLIENTS  := $(patsubst %/package-lock.json,%/node_modules/.package-lock.json,$(shell git ls-files 'test/*package-lock.json'))

.PHONY: build run test crash bench recall upload lint check docs examples setup clean

build: models
	go build -trimpath -ldflags '-s -w -X github.com/elizad/elizad.version=$(VERSION)' -o bin/elizad ./cmd/elizad

include build/models.mk

run: build
	@exec ./bin/elizad start

# SQLite's own code, turned into Go by a program, is not watched for races: it
# would take three quarters of the time.
test: setup
	go test -race -gcflags='modernc.org/sqlite/lib=-race=false' -timeout 18m ./...

# setup gets what the tests need and a fresh machine may not have: a C
# compiler for the race detector, PostgreSQL's own programs, a browser, what
# speaks, hears and writes MP3, the JavaScript clients, the embedded models.
setup: models $(CLIENTS)
	@command -v cc >/dev/null || $(MAKE) --no-print-directory install PACKAGES='gcc libc6-dev'
	@ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 || command -v initdb >/dev/null || $(MAKE) --no-print-directory install PACKAGES=postgresql
	@command -v chromium >/dev/null || $(MAKE) --no-print-directory install PACKAGES=chromium
	@command -v pocketsphinx_batch >/dev/null && command -v lame >/dev/null && command -v espeak-ng >/dev/null || $(MAKE) --no-print-directory install PACKAGES='pocketsphinx pocketsphinx-en-us lame espeak-ng'

.PHONY: install
install:
	$(SUDO) apt-get update -q
	$(SUDO) env DEBIAN_FRONTEND=noninteractive apt-get install -q -y --no-install-recommends $(PACKAGES)

%/node_modules/.package-lock.json: %/package-lock.json
	cd $* && $(NPM)
	@touch $@

crash: setup
	KILLS=$(KILLS) go test -count=1 -timeout 0 -v ./test/crash

bench: build
	go run ./test/load -binary bin/elizad

# Without DATA only the speed is measured.
SCALE ?= 100000
recall: models
	go run ./test/recall $(if $(DATA),-data '$(DATA)',-scale $(SCALE))

# Memory under 64 uploads of 50 MB.
upload: build
	go run ./test/upload -server bin/elizad

$(LINT):
	GOBIN=$(CURDIR)/.build/tmp go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@v2.15.0
	@mv .build/tmp/golangci-lint $@

lint: $(LINT)
	$(LINT) run ./...

# The examples of docs/API.md, exchanged with a server of now.
examples:
	go test -count=1 ./test/conformance/contract -run TestEveryAnswerIsAsDocumented -args -record
	$(MAKE) docs

docs:
	@mkdir -p .build
	go run ./internal/config/generate > .build/CONFIG.md && mv .build/CONFIG.md docs/CONFIG.md
	go run ./build/notices > .build/NOTICES.md && mv .build/NOTICES.md NOTICES.md
	go run ./internal/api/generate > .build/API.md && mv .build/API.md docs/API.md
	go run ./internal/api/generate openapi > .build/openapi.json && mv .build/openapi.json docs/openapi.json
	go run ./test/conformance/contract -routes > .build/ROUTES.md && mv .build/ROUTES.md docs/ROUTES.md
	go run ./test/conformance/models docs/COMPATIBILITY.md > .build/COMPATIBILITY.md && mv .build/COMPATIBILITY.md docs/COMPATIBILITY.md

check: lint
	@test -z "$$(gofmt -l $$(git ls-files '*.go'))" || { echo 'gofmt would change:'; gofmt -l $$(git ls-files '*.go'); exit 1; }
	go vet ./...
	@mkdir -p .build/check
	go run ./internal/config/generate > .build/check/CONFIG.md
	go run ./build/notices > .build/check/NOTICES.md
	go run ./internal/api/generate > .build/check/API.md
	go run ./internal/api/generate openapi > .build/check/openapi.json
	go run ./test/conformance/models docs/COMPATIBILITY.md > .build/check/COMPATIBILITY.md
	@diff -u docs/API.md .build/check/API.md && diff -u docs/openapi.json .build/check/openapi.json || { echo 'run make docs'; exit 1; }
	@diff -u docs/COMPATIBILITY.md .build/check/COMPATIBILITY.md || { echo 'run make docs'; exit 1; }
	@diff -u docs/CONFIG.md .build/check/CONFIG.md && diff -u NOTICES.md .build/check/NOTICES.md || { echo 'run make docs'; exit 1; }

clean:
	rm -rf bin .build
