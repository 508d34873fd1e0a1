package dev.gradus.cli;

/// The `gradus` command.
public final class Main {
    private Main() {}

    public static void main(String[] args) {
        System.out.println("gradus " + String.join(" ", args));
    }
}
