# What a developer needs. Each target is a plain command that works without make.
export CGO_ENABLED = 0

.PHONY: help build test race lint fuzz bench check

help:  ## this list
	@grep -E '^[a-z]+: .*##' Makefile | sed -E 's/:[^#]*##/\t/'

build: ## the binary, ./tributary
	go build -trimpath -o tributary ./cmd/tributary

test:  ## all tests, as in the README
	go test ./...

race:  ## all tests under the race detector; needs a C compiler
	.ci/run race

lint:  ## formatting, go vet, staticcheck
	.ci/run format vet lint

fuzz:  ## every fuzz target for a while: FUZZTIME=1m make fuzz
	.ci/run fuzz

bench: ## the benchmarks
	go test -run '^$$' -bench . -benchmem ./...

check: ## everything that a change must pass
	.ci/run
