package dev.gradus;

/// How the states of a group's parameters are stored.
///
/// @param states how averages are stored
/// @param keepsMasterWeights whether 16-bit parameters have a float32 copy that is trained in their place
/// @param hasExactRows whether each row has a count of its steps, so that it can make missed steps later
record TrainingFormat(StateFormat states, boolean keepsMasterWeights, boolean hasExactRows) {}
