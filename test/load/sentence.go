package main

import "strconv"

// The words of which people's messages are made. They differ as they do in
// talk: some in every message, most in few, so that remembering and recalling
// costs what it costs outside of a benchmark.
var (
	adjectives = []string{"blue", "wooden", "early", "quiet", "narrow", "salty", "broken", "bright", "heavy", "distant", "friendly", "rusty", "empty", "gentle", "golden", "hidden"}
	things     = []string{"bicycle", "lantern", "boat", "letter", "garden", "kettle", "violin", "ladder", "window", "parcel", "compass", "market", "orchard", "engine", "notebook", "harbour",
		"bakery", "staircase", "umbrella", "telescope", "carpet", "fountain", "piano", "saddle", "anchor", "candle", "bridge", "hammock", "mirror", "puzzle", "basket", "chimney"}
	deeds  = []string{"found", "painted", "repaired", "sold", "carried", "forgot", "borrowed", "photographed", "dreamt of", "measured", "hid", "cleaned", "missed", "described", "bought", "lost"}
	places = []string{"Lisbon", "the station", "the old mill", "Oslo", "the lighthouse", "the school", "Naples", "the river", "the library", "Gdansk", "the tower", "the beach", "Cork", "the square", "the forest", "the cellar"}
)

// saying appends what a person says in their n-th message. No two messages of
// one run are alike.
func saying(b []byte, person, n int) []byte {
	at := uint64(person)<<32 + uint64(n)
	pick := func(words []string) string {
		// splitmix64
		at += 0x9e3779b97f4a7c15
		x := (at ^ at>>30) * 0xbf58476d1ce4e5b9
		x = (x ^ x>>27) * 0x94d049bb133111eb
		return words[(x^x>>31)%uint64(len(words))]
	}
	b = append(b, "I "...)
	b = append(b, pick(deeds)...)
	b = append(b, " the "...)
	b = append(b, pick(adjectives)...)
	b = append(b, ' ')
	b = append(b, pick(things)...)
	b = append(b, " near "...)
	b = append(b, pick(places)...)
	b = append(b, " and the "...)
	b = append(b, pick(things)...)
	b = append(b, " too, note "...)
	b = strconv.AppendInt(b, int64(person), 10)
	b = append(b, '-')
	return strconv.AppendInt(b, int64(n), 10)
}
