"""Plans: a validated problem goes in, a seeded plan with its measures comes out."""
