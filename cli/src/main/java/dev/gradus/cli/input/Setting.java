package dev.gradus.cli.input;

/// A hyperparameter and the value it is to have, written `beta2=0.99`.
///
/// @param name as the optimizer knows it: `link.name`, or the name alone where only one link has it
public record Setting(String name, double value) {

    public static Setting parse(String text) {
        int equals = text.indexOf('=');
        if (equals <= 0) {
            throw new InputError("a setting is written name=value as in beta2=0.99, got \"" + text + "\"");
        }
        String name = text.substring(0, equals).strip();
        return new Setting(name, Numbers.finite(name, text.substring(equals + 1)));
    }

    @Override
    public String toString() {
        return name + "=" + Numbers.text(value);
    }
}
