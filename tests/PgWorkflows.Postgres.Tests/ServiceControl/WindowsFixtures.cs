using System.Globalization;

namespace PgWorkflows.Postgres.Tests.ServiceControl;

/// <summary>One row of a manifest: what a Windows program printed, and how it ended.</summary>
public sealed record WindowsFixture(string Name, int ExitCode, byte[] Stdout, string Command, string Note)
{
    private static readonly string Root = Path.Combine(AppContext.BaseDirectory, "windows");

    public static IReadOnlyList<WindowsFixture> Captured { get; } =
    [
        .. Directory.EnumerateDirectories(Path.Combine(Root, "captured")).Order(StringComparer.Ordinal).SelectMany(folder =>
            Rows(folder).Select(row => new WindowsFixture(
                $"{Path.GetFileName(folder)}/{row[0]}", Number(row[1]), row[2] == "-" ? [] : File.ReadAllBytes(Path.Combine(folder, row[2])), row[5], row.ElementAtOrDefault(6) ?? ""))),
    ];

    public static IReadOnlyList<WindowsFixture> Public { get; } =
    [
        .. Rows(Path.Combine(Root, "public")).Select(row => new WindowsFixture(
            row[0], Number(row[1]), File.ReadAllBytes(Path.Combine(Root, "public", row[0])), row[4], row[5])),
    ];

    public static WindowsFixture Find(string name) => Captured.Concat(Public).Single(fixture => fixture.Name == name);

    public override string ToString() => Name;

    private static IEnumerable<string[]> Rows(string folder) => File.ReadLines(Path.Combine(folder, "manifest.tsv")).Skip(1).Select(line => line.Split('\t'));

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
