//! near_miss
