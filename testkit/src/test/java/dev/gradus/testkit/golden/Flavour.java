package dev.gradus.testkit.golden;

/// How the cases of one system are said in Gradus. Systems give the same name to different things, so each has its own.
interface Flavour {
    /// Says a case, or one group of it, in Gradus.
    ///
    /// @param hyper of the group at hand; each key must be read
    /// @throws IllegalArgumentException if the algorithm or a value is unknown, or cannot be expressed
    Recipe recipe(GoldenCase golden, Fields hyper);

    static Flavour of(GoldenCase golden) {
        return switch (golden.system()) {
            case "labml" -> new Labml();
            case "notebook" -> new Notebook();
            case "optax" -> new Optax();
            case "timm" -> new Timm();
            case "torch" -> new Torch();
            default -> throw new IllegalArgumentException("unknown system \"" + golden.system() + "\"");
        };
    }
}
