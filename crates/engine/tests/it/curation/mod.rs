//! The golden loop: from what experts say to what is served.

mod approving;
mod feedback;
mod gate;
mod kit;
mod missed;
mod model;
mod rules;
mod trust;
