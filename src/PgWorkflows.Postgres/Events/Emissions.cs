using PgWorkflows.Engine.Activities;
using PgWorkflows.Postgres.Resources;

namespace PgWorkflows.Postgres.Events;

/// <summary>A message of the catalogue goes to the event log and to the run's history.</summary>
/// <param name="Id">Its number in the catalogue.</param>
/// <param name="Severity">How bad it is.</param>
/// <param name="Text">The rendered text.</param>
/// <param name="Resource">The resource it is about.</param>
public sealed record EventLogged(int Id, EventSeverity Severity, string Text, string Resource) : Emission;

/// <summary>What is believed of a resource changes.</summary>
/// <param name="Resource">The resource.</param>
/// <param name="State">Its state from now on.</param>
/// <param name="Reason">Why, in a few words.</param>
public sealed record ResourceStateChanged(string Resource, ResourceState State, string Reason) : Emission;

/// <summary>An action has come to its end.</summary>
/// <param name="Resource">The resource it was about.</param>
/// <param name="Result">How it ended.</param>
/// <param name="ReturnValue">The number that 113501 and its kind print, and the command line's exit code.</param>
public sealed record ActionEnded(string Resource, ActionResult Result, int ReturnValue) : Emission;

/// <summary>How an action ended.</summary>
public enum ActionResult
{
    /// <summary>It did what it is for.</summary>
    Succeeded,

    /// <summary>It did not; the events say why.</summary>
    Failed,

    /// <summary>There was nothing to check: neither a success nor a failure in any statistic.</summary>
    Skipped,
}
