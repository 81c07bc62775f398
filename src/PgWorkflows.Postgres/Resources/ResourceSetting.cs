using System.Globalization;
using Microsoft.Extensions.Configuration;

namespace PgWorkflows.Postgres.Resources;

/// <summary>One setting of a resource: how it is called, what it is without being set, what it means.</summary>
public sealed class ResourceSetting
{
    private readonly Func<Resource, IConfigurationSection, Setting> _read;

    private ResourceSetting(string name, string defaultText, string description, Func<Resource, IConfigurationSection, Setting> read) =>
        (Name, DefaultText, Description, _read) = (name, defaultText, description, read);

    /// <summary>The key, camelCase.</summary>
    public string Name { get; }

    /// <summary>The default in words.</summary>
    public string DefaultText { get; }

    /// <summary>What it means, with its unit.</summary>
    public string Description { get; }

    /// <summary>The resource with this setting read into it, or what is wrong with the value.</summary>
    internal Setting Read(Resource draft, IConfigurationSection section) => _read(draft, section);

    internal static ResourceSetting Text(string name, string defaultText, string description, Func<Resource, string, Resource> apply) =>
        Scalar(name, defaultText, description, (draft, text) =>
            text.Length == 0 ? new Setting.Wrong("is empty", "give it a value or leave it out")
            : text.Any(char.IsControl) ? new Setting.Wrong("contains a control character", "remove it")
            : text.Length > 1024 ? new Setting.Wrong("is longer than 1024 characters", "shorten it")
            : new Setting.Good(apply(draft, text)));

    internal static ResourceSetting Whole(
        string name, string defaultText, string description, int least, int most, Func<Resource, int, Resource> apply) =>
        Scalar(name, defaultText, description, (draft, text) =>
            !int.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number)
                ? new Setting.Wrong($"'{Shown(text)}' is not a whole number", $"give a number from {least} to {most}")
            : number < least || number > most ? new Setting.Wrong($"{number} is out of range", $"give a number from {least} to {most}")
            : new Setting.Good(apply(draft, number)));

    internal static ResourceSetting Duration(string name, string defaultText, string description, Func<Resource, TimeSpan, Resource> apply) =>
        Duration(name, defaultText, description, TimeSpan.FromMilliseconds(1), TimeSpan.FromHours(1), apply);

    internal static ResourceSetting Duration(
        string name, string defaultText, string description, TimeSpan least, TimeSpan most, Func<Resource, TimeSpan, Resource> apply) =>
        Scalar(name, defaultText, description, (draft, text) =>
            !text.Contains(':', StringComparison.Ordinal) || !TimeSpan.TryParse(text, CultureInfo.InvariantCulture, out var span)
                ? new Setting.Wrong($"'{Shown(text)}' is not a duration", "write hours, minutes and seconds, as in 00:00:30")
            : span < least || span > most
                ? new Setting.Wrong($"{text} is out of range", $"give a duration from {Written(least)} to {Written(most)}")
            : new Setting.Good(apply(draft, span)));

    internal static ResourceSetting Switch(string name, string defaultText, string description, Func<Resource, bool, Resource> apply) =>
        Choice(name, defaultText, description, [("on", true), ("off", false), ("true", true), ("false", false)], apply);

    internal static ResourceSetting Choice<T>(
        string name, string defaultText, string description, (string Word, T Value)[] choices, Func<Resource, T, Resource> apply) =>
        Scalar(name, defaultText, description, (draft, text) =>
        {
            foreach (var (word, value) in choices)
            {
                if (word.Equals(text, StringComparison.OrdinalIgnoreCase))
                    return new Setting.Good(apply(draft, value));
            }

            return new Setting.Wrong($"'{Shown(text)}' is unknown", $"use one of {string.Join(", ", choices.Select(choice => choice.Word))}");
        });

    internal static ResourceSetting Texts(
        string name, string defaultText, string description, Func<Resource, IReadOnlyList<string>, Resource> apply) =>
        new(name, defaultText, description, (draft, section) =>
        {
            var items = section.GetChildren().ToList();
            if (items.Count == 0 && !string.IsNullOrEmpty(section.Value))
                return new Setting.Wrong("is a single value", "write a list, as in [\"-p\", \"5432\"]");
            if (items.Any(item => item.Value is null))
                return new Setting.Wrong("contains something that is not a text", "write a list of texts, as in [\"-p\", \"5432\"]");
            return new Setting.Good(apply(draft, [.. items.Select(item => item.Value!)])); // checked in the line above
        });

    private static ResourceSetting Scalar(string name, string defaultText, string description, Func<Resource, string, Setting> read) =>
        new(name, defaultText, description, (draft, section) =>
            section.GetChildren().Any() ? new Setting.Wrong("is an object or a list", "give a single value")
            : section.Value is { } text ? read(draft, text)
            : new Setting.Good(draft));

    private static string Written(TimeSpan span) =>
        span.ToString(span.Days > 0 ? @"d\.hh\:mm\:ss" : span.Milliseconds > 0 ? @"hh\:mm\:ss\.fff" : @"hh\:mm\:ss", CultureInfo.InvariantCulture);

    private static string Shown(string text) => text.Length > 40 ? text[..40] + "…" : text;
}

/// <summary>What reading one setting gave.</summary>
internal abstract record Setting
{
    private Setting()
    {
    }

    internal sealed record Good(Resource Draft) : Setting;

    internal sealed record Wrong(string Problem, string Cure) : Setting;
}
