using System.Text;
using System.Text.RegularExpressions;

namespace PgWorkflows.Postgres.Events;

/// <summary>Puts values into a message of the catalogue.</summary>
public static partial class EventText
{
    /// <summary>The text with every placeholder's value in its brackets.</summary>
    /// <param name="message">The message.</param>
    /// <param name="value">The value of a placeholder by its name without brackets. Its text is taken as it is: brackets in it mean nothing.</param>
    public static string Render(EventMessage message, Func<string, string> value)
    {
        var text = new StringBuilder();
        var end = 0;
        foreach (Match placeholder in Placeholder().Matches(message.Template))
        {
            text.Append(message.Template, end, placeholder.Index - end).Append('[').Append(value(placeholder.Groups[1].Value)).Append(']');
            end = placeholder.Index + placeholder.Length;
        }

        return text.Append(message.Template, end, message.Template.Length - end).ToString();
    }

    [GeneratedRegex(@"\[([a-z ]+)\]")]
    private static partial Regex Placeholder();
}
