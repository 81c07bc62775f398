using PgWorkflows.Runtime.Upgrades;
using Spectre.Console;

namespace PgWorkflows.Cli.Output;

/// <summary>An edit beside a shipped version, the way diff shows files: - is in the edit, + is in the shipped version.</summary>
internal static class DifferenceView
{
    public static void Print(DefinitionComparison comparison, IAnsiConsole console)
    {
        if (comparison.Edit is null)
        {
            console.MarkupLineInterpolated($"{comparison.Id} is not edited: the shipped version {comparison.Shipped} acts.");
            return;
        }

        console.MarkupLineInterpolated($"[red]---[/] {comparison.Id}, your version {comparison.Edit} ({(comparison.EditActs is true ? "published" : "a draft")})");
        console.MarkupLineInterpolated($"[green]+++[/] {comparison.Id}, shipped version {comparison.Shipped}{(comparison.IsOffer ? " (offered)" : "")}");
        if (comparison.Difference.IsEmpty)
            console.MarkupLine("Nothing that changes a run differs.");
        Print("the definition", comparison.Difference.Members, console);
        foreach (var activity in comparison.Difference.Activities)
        {
            var title = $"{activity.Id} {activity.Type} {activity.Label}";
            if (activity.OnlyIn is { } side)
                Line(side, $"activity {title}", console);
            else
                Print($"activity {title}", activity.Changes, console);
        }

        foreach (var connection in comparison.Difference.Connections)
            Line(connection.OnlyIn, $"connection {connection.Text}", console);
    }

    private static void Print(string title, IReadOnlyList<MemberChange> changes, IAnsiConsole console)
    {
        if (changes.Count > 0)
            console.MarkupLineInterpolated($"  {title}");
        foreach (var change in changes)
        {
            if (change.Edit is not null)
                console.MarkupLineInterpolated($"[red]-[/]     {change.Name}: {change.Edit}");
            if (change.Shipped is not null)
                console.MarkupLineInterpolated($"[green]+[/]     {change.Name}: {change.Shipped}");
        }
    }

    private static void Line(Side side, string text, IAnsiConsole console)
    {
        if (side == Side.Edit)
            console.MarkupLineInterpolated($"[red]-[/] {text}");
        else
            console.MarkupLineInterpolated($"[green]+[/] {text}");
    }
}
