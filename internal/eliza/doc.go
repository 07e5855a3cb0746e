// Package eliza holds the words of the domain: agents and their characters,
// the worlds, rooms and entities that an agent sees, the channels, messages
// and deliveries that the server keeps, memories, runs and the errors that
// all of them share. It imports nothing else of the server.
//
// Two views of a conversation live side by side, as in ElizaOS. The central
// one has message servers, channels and messages, each once. The agent's own
// has worlds, rooms, entities and memories, one set for each agent, whose ids
// follow from the central ones by [PerAgent].
package eliza
